import vue from '@vitejs/plugin-vue';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const server = 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [vue()],
  resolve: {
    alias: [
      { find: /^\.\.\/\.\.\/icon\/index\.css$/, replacement: fileURLToPath(new URL('src/no-icons.css', import.meta.url)) },
    ],
  },
  build: {
    target: 'es2022',
    assetsDir: 'assets/viewer',
    // The server's CSP allows no data: script or font, and small files compress worse inside JavaScript.
    assetsInlineLimit: 0,
  },
  server: {
    proxy: {
      '/v1': { target: server, ws: true },
      '/live': { target: server, ws: true },
      '/sandbox': server,
    },
  },
});
