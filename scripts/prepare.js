// Builds the admin into dist/admin and the program into dist/server; npm runs it after installing. Plain JavaScript: the Node that runs it may be too old
// for the rest, and may have been told to leave out what building takes.
const [major = 0] = process.versions.node.split('.').map(Number);

/** Undefined where only what runs was installed. */
async function loadVite() {
  try {
    return await import('vite');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

const vite = major < 22 ? undefined : await loadVite();
if (vite) {
  await vite.build({ configFile: new URL('../admin/vite.config.ts', import.meta.url).pathname, logLevel: 'warn' });
  const { buildServer } = await import('./build-server.js');
  await buildServer(vite);
} else {
  const why = major < 22 ? 'it takes Node 24.18 or newer' : 'it takes the development dependencies';
  console.error(`Nothing was built: ${why}. Once they are there, run: npm run prepare`);
}
