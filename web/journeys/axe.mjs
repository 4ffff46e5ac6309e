// What every page owes to who does not see it as others do, by the rules of axe.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Each violation on the page that is open, with the first place of it. */
export async function violations(page) {
  // What glows for a moment has no contrast to be measured while it does.
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.evaluate(source);
  const found = await page.evaluate(() => window.axe.run(document));
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.length} × ${nodes[0].html.slice(0, 200)}`);
}
