#!/usr/bin/env node
// Plain JavaScript that any Node can read: it says which Node is needed before anything newer is loaded.
const needed = [24, 18];
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < needed[0] || (major === needed[0] && minor < needed[1])) {
  console.error(
    `backlot needs Node ${needed.join('.')} or newer; this is ${process.version}. ` +
      'Install a newer one from https://nodejs.org, or run it through npm (npm start), which brings its own on Linux.',
  );
  process.exit(1);
}
const { enableCompileCache } = await import('node:module');
enableCompileCache();
const { main } = await import('../src/cli/main.ts');
process.exitCode = await main(process.argv.slice(2));
