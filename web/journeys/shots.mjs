// Pictures of every page in three widths and two themes and as printed, of the demo fleet and of one of 20,000 simulated
// connectors. `make shots` takes them; SHOTS names the folder, ONLY=demo or ONLY=fleet takes those of one fleet.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

import { startDemo } from './demo.mjs';
import { startFleet } from './fleet.mjs';

const root = process.env.SHOTS || 'target/shots';
const WIDTHS = [1280, 820, 390];
// A sheet of A4 within its margins, asked for by one whose screen is dark: paper stays white.
const PAPER = { width: 718, colorScheme: 'dark', as: 'print' };
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];

const pages = (cluster, connector) => ({
  overview: '/',
  connectors: '/connectors',
  'connectors-unhealthy': '/connectors?q=health%3Aunhealthy&group=cluster',
  connector: `/clusters/${cluster}/connectors/${connector}`,
  clusters: '/clusters',
  cluster: `/clusters/${cluster}`,
  topology: '/topology',
  timeline: '/timeline',
  system: '/system',
});

async function shoot(browser, name, fleet, pages) {
  const folder = join(root, name);
  await mkdir(folder, { recursive: true });
  const first = await browser.newContext();
  const door = await first.newPage();
  await door.goto(fleet.link);
  await door.locator('main button').click();
  await door.waitForURL(`${fleet.address}/`);
  // The first look comes a moment after the link.
  await door.locator('.panel').first().waitFor({ timeout: 120_000 });
  const storageState = await first.storageState();
  await first.close();
  const looks = ['light', 'dark'].flatMap((colorScheme) => WIDTHS.map((width) => ({ width, colorScheme, as: colorScheme })));
  for (const { width, colorScheme, as } of [...looks, PAPER]) {
    const context = await browser.newContext({ viewport: { width, height: 844 }, colorScheme, storageState });
    const page = await context.newPage();
    await page.emulateMedia({ media: as === 'print' ? 'print' : 'screen' });
    for (const [what, path] of Object.entries(pages)) {
      await page.goto(fleet.address + path);
      await page.evaluate(() => document.fonts.ready);
      await page.screenshot({ path: join(folder, `${what}-${width}-${as}.png`), fullPage: true });
    }
    await context.close();
  }
  console.log(`${Object.keys(pages).length * (looks.length + 1)} pictures in ${folder}`);
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: flags });
try {
  for (const [name, start, ...named] of [
    ['demo', startDemo, 'orders', 'payments-fraud-alerts'],
    ['fleet', startFleet],
  ]) {
    if (process.env.ONLY && process.env.ONLY !== name) continue;
    const fleet = await start();
    try {
      const [cluster, connector] = named.length ? named : [fleet.cluster, fleet.connector];
      await shoot(browser, name, fleet, pages(cluster, connector));
    } finally {
      await fleet.stop();
    }
  }
} finally {
  await browser.close();
}
