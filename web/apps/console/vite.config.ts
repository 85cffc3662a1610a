import vue from '@vitejs/plugin-vue';
import components from 'unplugin-vue-components/vite';
import { ElementPlusResolver } from 'unplugin-vue-components/resolvers';
import { defineConfig } from 'vite';

const server = process.env.VITRINE_URL ?? 'http://127.0.0.1:8080';

export default defineConfig({
  base: '/console/',
  plugins: [vue(), components({ dts: false, dirs: [], resolvers: [ElementPlusResolver({ importStyle: 'css' })] })],
  build: {
    target: 'es2022',
    // The server's CSP allows no data: script or font, and small files compress worse inside JavaScript.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
  },
  server: {
    proxy: {
      '/v1': { target: server, ws: true },
      '/live': { target: server, ws: true },
      '/r': server,
      '/sandbox': server,
    },
  },
});
