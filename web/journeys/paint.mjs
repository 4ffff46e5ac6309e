// How long a page of 20,000 connectors takes to paint after somebody acts: what the browser's Event Timing tells of each
// interaction (https://www.w3.org/TR/event-timing/, in steps of 8 ms), and until an answer of the server stands on the page.
// `make paint` prints the table.
import { chromium } from 'playwright-core';

import { startFleet } from './fleet.mjs';

const TIMES = 10;
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];

/** Collects the durations of all interactions; runs in the page, before anything else. */
function watchInteractions() {
  window.interactions = new Map();
  const note = (entries) => {
    for (const { interactionId, duration } of entries)
      if (interactionId) window.interactions.set(interactionId, Math.max(duration, window.interactions.get(interactionId) ?? 0));
  };
  const observer = new PerformanceObserver((list) => note(list.getEntries()));
  // Shorter ones than 16 ms are told of by no browser.
  observer.observe({ type: 'event', durationThreshold: 16, buffered: true });
  observer.observe({ type: 'first-input', buffered: true });
  window.taken = async () => {
    for (let frames = 0; frames < 3; frames++) await new Promise(requestAnimationFrame);
    note(observer.takeRecords());
    const all = [...window.interactions.values()];
    window.interactions.clear();
    return all;
  };
}

const press = (key) => async (page) => page.keyboard.press(key);

/** What is done on which page; with `shown` until that stands there. */
const ACTS = [
  ['overview: next lamp', '/', async (page, time) => (time ? page.keyboard.press('ArrowRight') : page.locator('.panel canvas').first().focus())],
  ['connectors: next row (j)', '/connectors', press('j')],
  ['connectors: choose a row (x)', '/connectors', async (page) => { await page.keyboard.press('j'); await page.keyboard.press('x'); }],
  ['connectors: a letter in the search', '/connectors', async (page, time) => (time ? page.keyboard.press('a') : page.keyboard.press('/'))],
  ['connectors: help (?)', '/connectors', async (page, time) => page.keyboard.press(time % 2 ? 'Escape' : '?')],
  ['connector: a section by mouse', (fleet) => `/clusters/${fleet.cluster}/connectors/${fleet.connector}`, async (page) => page.locator('main summary').first().click()],
  ['topology: tab to the next box', '/topology', press('Tab')],
];

/** Of how long until an answer stands on the page. */
const ANSWERS = [
  ['completions after a letter', '/connectors', async (page, time) => {
    const field = page.locator('main [name=q]').first();
    await field.fill('');
    const began = performance.now();
    await field.pressSequentially('cf'[time % 2]);
    await page.locator('.offers li').first().waitFor();
    return performance.now() - began;
  }],
  ['a facet chosen, until the new list', '/connectors', async (page) => {
    await page.goto(page.url().split('?')[0]);
    const facet = page.locator('main .sided a[href*="health"]').first();
    const began = performance.now();
    await facet.click();
    await page.waitForURL(/health/, { waitUntil: 'domcontentloaded' });
    await page.locator('tr[data-connector]').first().waitFor();
    return performance.now() - began;
  }],
];

const told = (values) => {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (share) => (sorted.length ? `${Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))])} ms` : '< 16 ms');
  return `p50 ${at(0.5)}, worst ${at(1)}`;
};

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: flags });
const fleet = await startFleet();
try {
  const context = await browser.newContext({ viewport: { width: 1280, height: 844 } });
  await context.addInitScript(watchInteractions);
  const page = await context.newPage();
  await page.goto(fleet.link);
  await page.locator('main button').click();
  await page.waitForURL(`${fleet.address}/`);
  for (const [what, where, act] of ACTS) {
    await page.goto(fleet.address + (typeof where === 'string' ? where : where(fleet)));
    await page.evaluate(() => document.fonts.ready);
    const all = [];
    for (let time = 0; time < TIMES; time++) {
      await act(page, time);
      all.push(...(await page.evaluate(() => window.taken())));
    }
    console.log(`${what}: ${told(all)} (${all.length} of ${TIMES} took 16 ms or more)`);
  }
  for (const [what, where, act] of ANSWERS) {
    await page.goto(fleet.address + where);
    await page.evaluate(() => document.fonts.ready);
    const all = [];
    for (let time = 0; time < TIMES; time++) all.push(await act(page, time));
    console.log(`${what}: ${told(all)}`);
  }
} finally {
  await browser.close();
  await fleet.stop();
}
