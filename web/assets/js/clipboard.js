// Puts text on the clipboard; false where the browser does not allow it.

export const copied = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Outside of a secure context there is no clipboard to write to; what is marked can still be copied.
    const field = Object.assign(document.createElement("textarea"), { value: text, readOnly: true });
    const focused = document.activeElement;
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    focused?.focus();
    return done;
  }
};
