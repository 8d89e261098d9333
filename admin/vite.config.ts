import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The server under development that answers the API: `npm start`. */
const SERVER = 'http://127.0.0.1:4000';

export default defineConfig(({ command }) => ({
  root: import.meta.dirname,
  // Relative, because only the server knows under which path the admin is: see src/server/admin-files.ts.
  base: command === 'build' ? './' : '/admin/',
  plugins: [react()],
  build: {
    outDir: '../dist/admin',
    emptyOutDir: true,
    target: 'es2024',
    // Inlined files would need `data:` in the policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: {
    proxy: {
      '/api': { target: SERVER, headers: { origin: SERVER } },
      '/_backlot': SERVER,
    },
  },
}));
