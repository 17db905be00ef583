#!/usr/bin/env node
// Runs the TypeScript sources directly: what is executed is what is hashed.
import { register } from 'tsx/esm/api';

register();
const { main } = await import('../src/cli/main.ts');
process.exitCode = await main(process.argv.slice(2));
