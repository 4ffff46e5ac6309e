// The first question of each of the four who use Signalbox, answered within two actions from the overview: by mouse, by
// keyboard, on a phone, and without JavaScript.
import assert from 'node:assert/strict';
import { test } from 'node:test';

/** Reaches `what` by the Tab key alone, as who has no pointer does. */
async function tabTo(page, what) {
  await what.waitFor();
  for (let presses = 0; presses < 250; presses++) {
    if (await what.evaluate((node) => node === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`${what} is not reached by Tab`);
}

const WAYS = {
  'by mouse': { options: {}, act: (page, what) => what.click() },
  'by keyboard': {
    options: {},
    act: async (page, what) => {
      await tabTo(page, what);
      await page.keyboard.press('Enter');
    },
  },
  'on a phone': { options: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }, act: (page, what) => what.tap() },
  'without JavaScript': { options: { javaScriptEnabled: false }, act: (page, what) => what.click() },
};

const link = (page, name) => page.locator('main').getByRole('link', { name }).first();
const nav = (page, name) => page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name });

/** Who asks what; each action gives what is to be acted on, or what is asked of the search; `answer` reads where it ends. */
const QUESTIONS = {
  'on call: what broke, since when, whose fault, and what do I do?': {
    actions: [(page) => link(page, /^payments-fraud-alerts has failed/)],
    answer: async (page, main) => {
      assert.match(await page.title(), /payments-fraud-alerts has failed/);
      const first = await main.evaluate((node) => node.innerText.slice(0, 1500));
      assert.match(first, /since|for \d/i);
      assert.match(first, /JsonParseException: Unrecognized token/);
      assert.match(first, /connector · data/, 'whose fault');
      assert.match(await main.getByRole('region', { name: /What to do/ }).innerText(), /converter|record|dead letter/i);
    },
  },
  'the team that owns connectors: are mine healthy?': {
    // What a list can be narrowed by is folded on a phone; the search is there on every page.
    actions: [(page) => nav(page, 'Connectors'), (page) => link(page, /^payments/)],
    onPhone: [(page) => nav(page, 'Connectors'), 'team:payments'],
    answer: async (page, main) => {
      const rows = main.locator('tr[data-connector]');
      assert.ok((await rows.count()) >= 3);
      for (const row of await rows.all()) assert.match(await row.innerText(), /payments/);
      assert.match(await main.innerText(), /failed[\s\S]*healthy/i, 'worst first');
    },
  },
  'the platform: which clusters, workers and plugins do I run?': {
    actions: [(page) => nav(page, 'Clusters'), (page) => link(page, 'legacy')],
    answer: async (page, main) => {
      const told = await main.innerText();
      assert.match(told, /3\.9\.\d/, 'the version');
      assert.match(told, /127\.0\.0\.1:\d+/, 'the workers');
      assert.match(told, /plugins/i);
    },
  },
  'who answers for it all: is it getting better?': {
    actions: [(page) => page.locator('main').getByText('Hour by hour')],
    answer: async (page, main) => {
      const hours = main.getByRole('region', { name: 'Connectors by verdict, hour by hour' });
      await hours.waitFor();
      // The demo has just begun: the hours before it, and perhaps the present one, are told as not counted and not as zeros.
      assert.match(await hours.locator('tbody tr').last().innerText(), /to \d\d:00\s+not counted/);
      assert.match(await main.innerText(), /need a person/);
    },
  },
};

/** Registers each as a test; `walking` opens a page with the options of a browser, `demo` tells where. */
export function questions(walking, demo) {
  for (const [question, { actions, answer, onPhone }] of Object.entries(QUESTIONS))
    for (const [way, { options, act }] of Object.entries(WAYS))
      test(`${question} ${way}`, () =>
        walking(options, async (page) => {
          const taken = (options.isMobile && onPhone) || actions;
          assert.ok(taken.length <= 2);
          await page.goto(demo().address);
          for (const action of taken) {
            const before = page.url();
            if (typeof action === 'string') {
              await page.locator('main').getByRole('combobox').fill(action);
              await page.keyboard.press('Enter');
              await page.waitForURL((url) => url.href !== before);
              continue;
            }
            const what = action(page);
            const leads = (await what.getAttribute('href')) !== null;
            await act(page, what);
            if (leads) await page.waitForURL((url) => url.href !== before);
          }
          await answer(page, page.locator('main'));
        }));
}
