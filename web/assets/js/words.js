// Ages, in the same words as the server's.
const units = [[86_400, 3_600, "d", "h"], [3_600, 60, "h", "min"], [60, 1, "min", "s"]];
export const words = (seconds, fine) => {
  for (const [per, below, one, two] of units) {
    if (seconds < per) continue;
    const rest = Math.floor((seconds % per) / below);
    const big = `${Math.floor(seconds / per).toLocaleString("en-US")} ${one}`;
    return fine && rest > 0 ? `${big} ${rest} ${two}` : big;
  }
  return `${seconds} s`;
};
