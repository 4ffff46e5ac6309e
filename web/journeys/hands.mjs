// What hands do on single parts of pages: walking by keyboard, the lamps, a trace, paper, a thumb that searches.
import assert from 'node:assert/strict';
import { test } from 'node:test';

const FAILED = 'payments-fraud-alerts';
const PAGE = `/clusters/orders/connectors/${FAILED}`;
const focused = (page) => page.evaluate(() => document.activeElement.textContent.trim());

export function hands(walking, demo) {
  test('causes, clusters and moments are walked by j and k and opened by o', () =>
    walking({}, async (page) => {
      for (const [path, stops] of [['/', '.cause h3 a'], ['/clusters', '.clusters h2 a'], ['/timeline', '.long > li > p:not(.quiet) > a']]) {
        await page.goto(demo().address + path);
        const names = await page.locator(stops).allInnerTexts();
        assert.ok(names.length > 1, path);
        await page.keyboard.press('j');
        const first = await focused(page);
        await page.keyboard.press('j');
        assert.notEqual(await focused(page), first, path);
        await page.keyboard.press('k');
        assert.equal(await focused(page), first, path);
        // A storm opens where it stands.
        const there = await page.evaluate(() => document.activeElement.href);
        await page.keyboard.press('o');
        if (there) await page.waitForURL(there);
        else assert.ok(await page.evaluate(() => document.activeElement.closest('details').open), path);
      }
    }));

  test('lamps are walked by keyboard, tell what they are, and lead to their connector', () =>
    walking({}, async (page) => {
      await page.goto(demo().address);
      const lamps = page.locator('canvas[data-key="lamps orders"]');
      await lamps.focus();
      const says = () => lamps.getAttribute('aria-valuetext');
      // The names come once they are asked for.
      await page.keyboard.press('Home');
      await page.waitForFunction(() => document.querySelector('canvas[data-key="lamps orders"]').getAttribute('aria-valuetext')?.includes('logistics-carrier-feed'));
      await page.keyboard.press('ArrowRight');
      assert.equal(await lamps.getAttribute('aria-valuenow'), '2');
      const second = await says();
      assert.match(second, /^[a-z-]+, failed for /);
      await page.keyboard.press('End');
      assert.match(await says(), /healthy/);
      await page.keyboard.press('PageUp');
      await page.keyboard.press('Home');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('Enter');
      await page.waitForURL(new RegExp(`/connectors/${second.split(',')[0]}$`));
    }));

  test('a trace is searched from place to place', () =>
    walking({}, async (page) => {
      await page.goto(demo().address + PAGE);
      await page.locator('details.whole > summary').first().click();
      const field = page.getByRole('searchbox', { name: /Search in the trace/ }).first();
      const told = page.locator('.found').first();
      await field.fill('caused by');
      const [, all] = (await told.innerText()).match(/^1 of (\d+)$/);
      assert.ok(Number(all) > 1);
      await field.press('Enter');
      assert.equal(await told.innerText(), `2 of ${all}`);
      await field.press('Shift+Enter');
      await field.press('Shift+Enter');
      assert.equal(await told.innerText(), `${all} of ${all}`, 'round the corner');
      await field.fill('no such words');
      assert.equal(await told.innerText(), 'not found');
    }));

  test('paper holds the whole page, where its links lead, and nothing to press', () =>
    walking({}, async (page) => {
      await page.goto(demo().address + PAGE);
      await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
      const paper = await page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--paper').trim());
      assert.equal(paper, '#ffffff', 'a dark screen prints on white');
      await page.evaluate(() => window.dispatchEvent(new Event('beforeprint')));
      for (const gone of ['.top nav', '.search', '.seek', '#live', '.foot form']) assert.equal(await page.locator(gone).first().isVisible(), false, gone);
      assert.match(await page.locator('.foot').innerText(), new RegExp(`begin with ${demo().address}`));
      const trace = page.locator('details.whole pre').first();
      assert.ok((await trace.boundingBox()).height > 100, 'what is folded on screen is there on paper');
      // A sheet of A4 between its margins.
      await page.setViewportSize({ width: 718, height: 900 });
      await page.goto(`${demo().address}/connectors`);
      const table = await page.locator('table.picks').boundingBox();
      assert.ok(table.x >= 0 && table.x + table.width <= 718, `the list reaches to ${table.x + table.width}`);
    }));

  test('what a person wrote and chose stays through what is drawn anew, completion included, and what changed glows', () =>
    walking({}, async (page) => {
      const name = 'aa-kept';
      await page.goto(`${demo().address}/connectors?sort=name`);
      await page.locator('summary', { hasText: 'View' }).click();
      const [tick, field] = [page.locator('main [name=unowned]'), page.locator('main [name=q]').first()];
      await tick.check();
      await field.fill('team:pay');
      await page.locator('h1').click();
      await demo().rest('legacy', 'PUT', `/connectors/${name}/config`, {
        'connector.class': 'org.apache.kafka.connect.file.FileStreamSinkConnector',
        topics: 'payments.kept',
        file: '/tmp/kept',
      });
      try {
        const row = page.locator('tr[data-connector]', { hasText: name });
        await row.waitFor({ timeout: 30_000 });
        const unchanged = async (when) => {
          assert.equal(await field.inputValue(), 'team:pay', when);
          assert.ok(await tick.isChecked(), when);
        };
        await unchanged('after a row came');
        // What changes in place glows once.
        await row.locator('.verdict.healthy').waitFor({ timeout: 30_000 });
        await demo().rest('legacy', 'PUT', `/connectors/${name}/pause`);
        await page.waitForFunction((name) => {
          const row = [...document.querySelectorAll('tr.glow')].find((row) => row.textContent.includes(name));
          return row && row.getAnimations({ subtree: true }).length > 0;
        }, name, { timeout: 30_000, polling: 50 });
        await row.locator('.verdict.paused').waitFor();
        await unchanged('after a row changed');
        assert.ok((await page.locator('main .offers').count()) <= 1);
        await field.focus();
        await page.keyboard.press('End');
        await page.keyboard.type('m');
        await page.locator('main .offers li').first().waitFor();
      } finally {
        await demo().rest('legacy', 'DELETE', `/connectors/${name}`);
      }
    }));

  test('a thumb finds the search, and every page, from any page', () =>
    walking({ viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true }, async (page) => {
      await page.goto(`${demo().address}/timeline`);
      const nav = page.getByRole('navigation', { name: 'Pages' });
      for (const link of await nav.getByRole('link').all()) {
        const box = await link.boundingBox();
        assert.ok(box.x >= 0 && box.x + box.width <= 360, `${await link.innerText()} reaches to ${box.x + box.width}`);
      }
      await page.getByRole('link', { name: 'Search connectors' }).tap();
      await page.waitForURL(/\/connectors#query$/);
      await page.waitForFunction(() => document.activeElement.id === 'query');
      await page.keyboard.type('fraud');
      await page.keyboard.press('Enter');
      await page.locator('main').getByRole('link', { name: FAILED }).first().waitFor();
    }));
}
