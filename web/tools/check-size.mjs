// Compares what a page loads before anything lazy with size-budget.json, gzipped.
// "Loads" = every script and stylesheet that the built index.html names, and what those import statically.
import { readFileSync, existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const budgets = JSON.parse(readFileSync(join(root, 'size-budget.json'), 'utf8'));
let failed = false;

for (const [app, budget] of Object.entries(budgets)) {
  const dist = join(root, budget.dist);
  const page = join(dist, budget.page);
  if (!existsSync(page)) {
    console.error(`${app}: ${page} is missing; run "npm run build" first`);
    failed = true;
    continue;
  }
  const html = readFileSync(page, 'utf8');
  const named = [...html.matchAll(/(?:src|href)="([^"]+\.(?:js|css))"/g)].map((match) => match[1]);
  const sizes = { js: 0, css: 0 };
  const seen = new Set();
  const add = (file) => {
    if (seen.has(file) || !existsSync(file)) return;
    seen.add(file);
    const bytes = readFileSync(file);
    sizes[file.endsWith('.css') ? 'css' : 'js'] += gzipSync(bytes, { level: 9 }).length;
    if (!file.endsWith('.js')) return;
    for (const match of bytes.toString('utf8').matchAll(/(?:from|import)\s*"(\.[^"]+\.js)"/g)) {
      add(resolve(dirname(file), match[1]));
    }
  };
  for (const path of named) add(join(dist, path.replace(budget.base ?? '', '')));
  for (const [kind, bytes] of Object.entries(sizes)) {
    const limit = budget[`${kind}_gzip_bytes`];
    const over = limit !== undefined && bytes > limit;
    failed ||= over;
    console.log(`${app} ${kind}: ${bytes} of ${limit ?? 'any'} bytes gzipped${over ? '  TOO LARGE' : ''}`);
  }
}
process.exit(failed ? 1 : 0);
