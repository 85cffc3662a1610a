import { VantResolver } from '@vant/auto-import-resolver';
import vue from '@vitejs/plugin-vue';
import components from 'unplugin-vue-components/vite';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [vue(), components({ dts: false, dirs: [], resolvers: [VantResolver()] })],
  build: {
    target: 'es2022',
    assetsDir: 'assets/viewer',
    // The server's CSP allows no data: script or font, and small files compress worse inside JavaScript.
    assetsInlineLimit: 0,
  },
  server: { proxy: { '/v1': { target: 'http://127.0.0.1:8080', ws: true }, '/live': { target: 'http://127.0.0.1:8080', ws: true }, '/sandbox': 'http://127.0.0.1:8080' } },
});
