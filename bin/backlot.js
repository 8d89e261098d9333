#!/usr/bin/env node
// Plain JavaScript that any Node can read: it says which Node is needed before anything newer is loaded.
const needed = [24, 18];
const found = process.versions.node.split('.').map(Number);
if (found[0] < needed[0] || (found[0] === needed[0] && found[1] < needed[1])) {
  console.error(
    'backlot needs Node ' +
      needed.join('.') +
      ' or newer; this is ' +
      process.version +
      '. Install a newer one from https://nodejs.org, or run it through npm (npm start), which brings its own on Linux.',
  );
  process.exitCode = 1;
} else {
  void Promise.all([import('node:module'), import('node:url'), import('./program.js')])
    .then(([{ enableCompileCache, flushCompileCache }, { fileURLToPath, pathToFileURL }, { programFile }]) => {
      const root = fileURLToPath(new URL('../', import.meta.url));
      // Beside the program, not where Node would put it: code in a folder for everyone's files could be anyone's. Where
      // this user may not write, a start takes a little longer.
      enableCompileCache(root + 'dist/cache');
      // A server may run for months, and end without a chance to write.
      setTimeout(flushCompileCache, 5000).unref();
      return import(pathToFileURL(programFile(root)).href);
    })
    .then(({ main }) => main(process.argv.slice(2)))
    .then((code) => {
      process.exitCode = code;
    })
    .catch((error) => {
      const missing = error && error.code === 'ERR_MODULE_NOT_FOUND';
      console.error(missing ? `backlot: ${error.message}. Run npm ci first.` : error);
      process.exitCode = 1;
    });
}
