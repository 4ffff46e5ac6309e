// The demo as a child process: its address, its one-time link, its workers' REST addresses, and its end.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const PATIENCE = 200_000;

/** A port that nobody listens on. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Starts the demo and waits until it has printed its link. */
export async function startDemo() {
  const port = await freePort();
  const directory = await mkdtemp(join(tmpdir(), 'signalbox-journeys-'));
  const child = spawn(process.env.SIGNALBOX_LAB_BIN, ['demo', '--port', String(port)], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const said = [];
  const workers = {};
  const link = await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no link within ${PATIENCE / 1000} s:\n${said.join('\n')}`)), PATIENCE);
    const hear = (line) => {
      said.push(line);
      const cluster = line.match(/Connect cluster (\S+) .* healthy at (http:\S+?)(,|$)/);
      if (cluster) workers[cluster[1]] = cluster[2];
      const found = line.match(/https?:\/\/\S+\/signin\?token=\S+/);
      if (found) {
        clearTimeout(timer);
        resolve(found[0]);
      }
    };
    createInterface({ input: child.stdout }).on('line', hear);
    createInterface({ input: child.stderr }).on('line', hear);
    ended.then((code) => reject(new Error(`the demo ended with ${code}:\n${said.join('\n')}`)));
  });

  return {
    address: `http://127.0.0.1:${port}`,
    link,
    /** Asks a cluster's first worker directly, past Signalbox; `body` is sent as JSON. */
    async rest(cluster, method, path, body) {
      const json = body && { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
      const answer = await fetch(workers[cluster] + path, { method, ...json });
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    },
    async stop() {
      child.kill('SIGTERM');
      await ended;
      await rm(directory, { recursive: true, force: true });
    },
  };
}
