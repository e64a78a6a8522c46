import { defineConfig } from 'rolldown'
import { programs, sourceOf } from '../runtime/program.ts'

export default defineConfig({
  platform: 'node',
  input: Object.fromEntries(programs.map(name => [name, sourceOf(name)])),
  // Is compiled code, which stays a file of its own.
  external: '@node-rs/argon2',
  output: { entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' },
  plugins: [
    {
      name: 'ascii',
      // One character beyond makes two bytes of each, in memory and for whoever reads them.
      renderChunk: code => code.replace(/[^\0-\x7f]/g, escaped),
    },
  ],
})

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}
