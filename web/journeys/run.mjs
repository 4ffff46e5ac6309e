// A person's ways through Signalbox in a real browser, over the demo fleet: real Kafka, real Connect workers.
// `make test-browser` runs them; SIGNALBOX_LAB_BIN, SIGNALBOX_BIN and CHROMIUM name the programs.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { violations } from './axe.mjs';
import { calm } from './calm.mjs';
import { startDemo } from './demo.mjs';
import { hands } from './hands.mjs';
import { questions } from './questions.mjs';

const FAILED = 'payments-fraud-alerts';
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
let demo, browser, signedIn;

before(async () => {
  demo = await startDemo();
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: flags });
}, { timeout: 240_000 });

after(async () => {
  await browser?.close();
  await demo?.stop();
});

/** Runs `walk` in a fresh page whose console must stay free of errors, but for those that are `expected`. */
async function walking(options, walk, expected = null) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, storageState: signedIn, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const troubles = [];
  page.on('pageerror', (error) => troubles.push(error.message));
  page.on('console', (message) => message.type() === 'error' && !expected?.test(message.text()) && troubles.push(message.text()));
  try {
    await walk(page);
    assert.deepEqual(troubles, []);
  } finally {
    await context.close();
  }
}

const heading = (page) => page.locator('h1').innerText();

test('the one-time link signs in once, and nobody gets in without it', async () => {
  const stranger = await fetch(demo.address);
  assert.equal(new URL(stranger.url).pathname, '/signin');
  assert.doesNotMatch(await stranger.text(), new RegExp(FAILED));
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(demo.link);
  await page.locator('main button').click();
  await page.waitForURL(`${demo.address}/`);
  signedIn = await context.storageState();
  await context.close();
  const again = await fetch(demo.link);
  assert.equal(again.status, 403, 'a used link lets nobody in');
});

test('what fails comes up on the open overview by itself, as soon as it is seen', () =>
  walking({}, async (page) => {
    await page.goto(demo.address);
    // The demo prints its link once the server answers, and its connectors may still be starting then.
    await page.locator('main').getByText(`${FAILED} has failed`).first().waitFor({ timeout: 60_000 });
    await page.locator('h1', { hasText: 'need a person' }).waitFor({ timeout: 60_000 });
  }));

async function overviewToCause(page, open) {
  await page.goto(demo.address);
  assert.match(await heading(page), /need a person/);
  const fault = page.locator('main').getByText(`${FAILED} has failed`);
  await fault.first().waitFor();
  await open(page);
  await page.waitForURL(/payments-fraud-alerts/);
  assert.equal(await heading(page), `${FAILED} has failed`);
  assert.match(await page.locator('main').innerText(), /JsonParseException: Unrecognized token/);
  await page.locator('details', { hasText: 'JsonParseException' }).first().locator('summary').click();
  assert.match(await page.locator('details[open]').first().innerText(), /Caused by: .*JsonParseException/s);
}

test('from the overview to the cause of a failed connector by mouse', () =>
  walking({}, (page) => overviewToCause(page, () => page.getByRole('link', { name: new RegExp(FAILED) }).first().click())));

test('the same by keyboard, through the search', () =>
  walking({}, (page) =>
    overviewToCause(page, async () => {
      await page.keyboard.press('/');
      await page.keyboard.type('fraud');
      await page.keyboard.press('Enter');
      await page.waitForURL(/q=fraud/);
      await page.getByRole('link', { name: FAILED }).first().focus();
      await page.keyboard.press('Enter');
    })));

test('the same on a phone without JavaScript, with nothing beyond the edge', () =>
  walking({ viewport: { width: 390, height: 844 }, javaScriptEnabled: false, isMobile: true }, async (page) => {
    await overviewToCause(page, () => page.getByRole('link', { name: new RegExp(FAILED) }).first().click());
    const box = await page.locator('main').boundingBox();
    assert.ok(box.x >= 0 && box.x + box.width <= 390, `main spans ${box.x} to ${box.x + box.width}`);
  }));

test('the search completes what is typed, and Escape closes, empties and leaves it', () =>
  walking({}, async (page) => {
    await page.goto(demo.address);
    const field = page.getByRole('search').getByRole('combobox');
    const offers = page.getByRole('search').getByRole('option');
    await page.keyboard.press('/');
    await page.keyboard.type('te');
    await offers.first().waitFor();
    await page.keyboard.press('ArrowDown');
    await page.getByRole('search').getByRole('option', { selected: true }).waitFor();
    await page.keyboard.press('Enter');
    assert.equal(await field.inputValue(), 'team:');
    await page.keyboard.type('pay');
    await offers.filter({ hasText: 'team:payments' }).click();
    assert.equal(await field.inputValue(), 'team:payments ');
    await page.keyboard.type('f');
    await offers.first().waitFor();
    await page.keyboard.press('Escape');
    assert.equal(await offers.count(), 0);
    assert.equal(await field.inputValue(), 'team:payments f', 'the first one closes what is offered');
    await page.keyboard.press('Escape');
    assert.equal(await field.inputValue(), '');
    assert.equal(await field.evaluate((node) => node === document.activeElement), true, 'one may go on typing');
    await page.keyboard.press('Escape');
    assert.equal(await field.evaluate((node) => node === document.activeElement), false);
  }));

test('a list is walked, picked from and narrowed by keyboard', () =>
  walking({}, async (page) => {
    await page.goto(`${demo.address}/connectors?sort=name`);
    const selected = page.locator('tr[aria-selected=true]');
    await page.locator('.pick input').first().waitFor({ state: 'attached' });
    for (const key of ['j', 'x', 'j', 'x', 'k', 'j', 'j', 'x', 'x']) await page.keyboard.press(key);
    assert.equal(await selected.count(), 2);
    const bar = page.getByRole('toolbar', { name: 'The selection' });
    assert.match(await bar.innerText(), /2 selected/);
    await page.locator('.pick input').nth(4).click({ modifiers: ['Shift'] });
    assert.ok((await selected.count()) > 2, 'a range');
    await page.keyboard.press('Escape');
    assert.equal(await selected.count(), 0);
    await page.keyboard.press('?');
    const dialog = page.getByRole('dialog', { name: 'Keys' });
    await dialog.waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    await page.locator('.pick input').first().click();
    await bar.getByRole('button', { name: 'Only these' }).click();
    await page.waitForURL(/q=connector/);
    assert.match(await heading(page), /^One connector matches/);
  }));

test('a page that stays open while the server is away says how old it is', () =>
  walking({}, async (page) => {
    await page.clock.install();
    await page.goto(demo.address);
    const drawn = page.locator('#drawn');
    assert.match(await drawn.innerText(), /^\d\d:\d\d:\d\d UTC$/);
    // What an answer is waited for never comes.
    await page.evaluate(() => { window.fetch = () => new Promise(() => {}); });
    await page.clock.fastForward(95_000);
    await drawn.filter({ hasText: /^\d\d:\d\d:\d\d UTC, 1 min \d+ s ago$/ }).waitFor();
    await page.getByText(/^As of \d\d:\d\d:\d\d UTC: Signalbox has not answered since\.$/).waitFor();
  }));

test('a page loses its colours when the server is gone, and has them again when it is back', () =>
  walking({}, async (page) => {
    await page.clock.install();
    await page.goto(`${demo.address}/clusters/legacy/connectors/payments-invoices`);
    const colours = () =>
      page.evaluate(() => ['.shape', '.verdict', '.wash'].map((part) => {
        const style = getComputedStyle(document.querySelector(`main ${part}`));
        return part === '.wash' ? style.backgroundColor : style.color;
      }));
    const told = page.locator('#aged');
    const fresh = await colours();
    await page.evaluate(() => {
      window.answering = window.fetch;
      window.fetch = () => Promise.reject(new TypeError('nobody is there'));
    });
    await page.clock.fastForward(20_000);
    assert.equal(await told.isVisible(), false, 'what was true a moment ago may stand for a while');
    await page.clock.fastForward(75_000);
    await told.waitFor();
    await page.locator('#live', { hasText: 'not live since' }).waitFor();
    const aged = await colours();
    aged.forEach((colour, index) => assert.notEqual(colour, fresh[index]));
    await page.evaluate(() => { window.fetch = window.answering; });
    await page.clock.fastForward(10_000);
    await told.waitFor({ state: 'hidden' });
    assert.deepEqual(await colours(), fresh);
  }));

/** Keeps the page from polling, and notes which events its stream brings; runs in the page. */
function onlyEvents() {
  const every = window.setInterval;
  window.setInterval = (call, pause, ...rest) => (pause >= 5_000 ? 0 : every(call, pause, ...rest));
  window.brought = [];
  window.EventSource = class extends window.EventSource {
    constructor(...from) {
      super(...from);
      for (const kind of ['open', 'change', 'reset', 'error']) this.addEventListener(kind, () => window.brought.push(kind));
    }
  };
}

test('a page changes by itself when a connector is paused, because an event said so', () =>
  walking({}, async (page) => {
    const name = 'payments-invoices';
    const brought = (kind) => page.evaluate((kind) => window.brought.filter((one) => one === kind).length, kind);
    await page.addInitScript(onlyEvents);
    await page.goto(`${demo.address}/clusters/legacy/connectors/${name}`);
    assert.equal(await heading(page), `${name} is healthy`);
    await page.evaluate(() => { window.sameDocument = true; });
    await page.waitForFunction(() => window.brought.includes('open'));
    // Opening the stream looks at the page once; the two changes below need an event each.
    await demo.rest('legacy', 'PUT', `/connectors/${name}/pause`);
    await page.locator('h1', { hasText: `${name} is paused` }).waitFor({ timeout: 30_000 });
    assert.equal(await page.evaluate(() => window.sameDocument), true, 'the document was not loaded anew');
    const paused = await brought('change');
    assert.ok(paused >= 1, 'the stream said that something changed');
    await demo.rest('legacy', 'PUT', `/connectors/${name}/resume`);
    await page.locator('h1', { hasText: `${name} is healthy` }).waitFor({ timeout: 30_000 });
    assert.ok(await brought('change') > paused, 'the stream said that something changed again');
    assert.equal(await brought('error'), 0, 'the stream stayed open');
  }));

test('a page that cannot be drawn any more says why, as the server does', () =>
  walking({}, async (page) => {
    await page.clock.install();
    await page.goto(`${demo.address}/timeline`);
    await page.evaluate(() => {
      const told = '<p class="banner" id="banner">The database is away.</p><main id="main"><h1>Not now</h1><p>Postgres does not answer.</p></main>';
      window.fetch = () => Promise.resolve(new Response(told, { status: 503, headers: { 'Content-Type': 'text/html' } }));
    });
    await page.clock.fastForward(95_000);
    await page.getByText(/^As of \d\d:\d\d:\d\d UTC: Not now Postgres does not answer\.$/).waitFor();
    await page.getByText('The database is away.').waitFor();
    assert.match(await heading(page), /What happened/, 'what was shown stays');
  }));

const PAGES = [
  '/', '/connectors', '/connectors?group=team&q=health:failed', '/clusters', '/clusters/legacy', '/clusters/orders', '/topology',
  '/timeline', '/timeline?kind=verdict&q=fraud', '/system', '/clusters/none', `/clusters/orders/connectors/${FAILED}`,
  '/clusters/legacy/connectors/payments-invoices',
];

for (const colorScheme of ['light', 'dark'])
  test(`no page breaks a rule of axe, in ${colorScheme}`, () =>
    walking({ colorScheme }, async (page) => {
      for (const path of PAGES) {
        const answer = await page.goto(demo.address + path);
        assert.ok([200, 404].includes(answer.status()), `${path}: ${answer.status()}`);
        assert.deepEqual(await violations(page), [], path);
      }
    }, /404/));

test('nothing lies beyond the edge of a phone on any page', () =>
  walking({ viewport: { width: 390, height: 844 }, isMobile: true }, async (page) => {
    for (const path of PAGES) {
      await page.goto(demo.address + path);
      const width = await page.evaluate(() => document.scrollingElement.scrollWidth);
      assert.ok(width <= 390, `${path} is ${width} wide`);
    }
  }, /404/));

questions(walking, () => demo);
calm(walking, () => demo);
hands(walking, () => demo);
