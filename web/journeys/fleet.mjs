// A great simulated fleet with Signalbox in front of it, each as a child process: 100 clusters of 200 connectors.
import { spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { freePort } from './demo.mjs';

const PATIENCE = 300_000;

// A build that is not optimised spends seconds on a look at so many connectors: it looks once a minute.
const RARELY = { SIGNALBOX__OBSERVE__INTERVAL: '60s', SIGNALBOX__OBSERVE__STALE_AFTER: '3m' };

/** Asks `check` until it gives something; what it awaits comes from `children`, which must live. */
async function until(what, children, check) {
  const end = Date.now() + PATIENCE;
  for (;;) {
    const found = await check().catch(() => null);
    if (found) return found;
    const dead = children.find((child) => child.exitCode !== null);
    if (dead) throw new Error(`${what} cannot come: ${dead.spawnfile} has ended with ${dead.exitCode}`);
    if (Date.now() > end) throw new Error(`${what} did not come within ${PATIENCE / 1000} s`);
    await pause(500);
  }
}

/** Starts both and waits until all connectors are seen; `link` signs in once. */
export async function startFleet(clusters = 100, connectors = 200) {
  const directory = await mkdtemp(join(tmpdir(), 'signalbox-fleet-'));
  // Its own Postgres runs as another user where this one is root.
  await chmod(directory, 0o755);
  const port = await freePort();
  const children = [];
  const start = (program, ...args) => {
    const child = spawn(program, args, { cwd: directory, stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, ...RARELY } });
    children.push(child);
    return child;
  };
  const sizes = ['--clusters', String(clusters), '--connectors', String(connectors)];
  start(process.env.FAKE_FLEET_BIN, ...sizes, '--config-out', 'signalbox.toml', '--listen', `127.0.0.1:${port}`);
  await until('the configuration', children, () => readFile(join(directory, 'signalbox.toml')));
  start(process.env.SIGNALBOX_BIN, 'serve', '--config', 'signalbox.toml');
  const address = `http://127.0.0.1:${port}`;
  const link = await until('the link', children, () => readFile(join(directory, 'signalbox-data', 'signin-link'), 'utf8'));
  const all = clusters * connectors;
  const unhealthy = await until('the fleet', children, async () => {
    const series = await (await fetch(`${address}/metrics`)).text();
    const seen = series.match(/^signalbox_connector_healthy\{.*$/gm) || [];
    return seen.length >= all && seen.find((line) => line.endsWith(' 0'));
  });
  const label = (name) => new RegExp(`[{,]${name}="([^"]*)"`).exec(unhealthy)[1];
  return {
    address,
    link: link.trim(),
    /** One that needs a person. */
    cluster: label('cluster'),
    connector: label('connector'),
    async stop() {
      for (const child of children.reverse()) {
        const ended = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGTERM');
        await ended;
      }
      await rm(directory, { recursive: true, force: true });
    },
  };
}
