import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

/** `pnpm bench NAME …`: runs `bench/NAME.ts`, which exports `bench(args)` and writes its results. */
const benchmark = z.object({
  bench: z.custom<(args: readonly string[]) => Promise<void>>(value => typeof value === 'function'),
})

async function main([name, ...args]: readonly string[]): Promise<void> {
  const names = await available()
  if (!name || !names.includes(name)) {
    console.error(`Usage: pnpm bench ${names.join(' | ')}`)
    process.exitCode = 64
    return
  }
  const module = benchmark.parse(await import(new URL(`${name}.ts`, import.meta.url).href))
  await module.bench(args)
}

async function available(): Promise<string[]> {
  const files = await readdir(fileURLToPath(new URL('.', import.meta.url)))
  return files
    .filter(file => /^[a-z-]+\.ts$/.test(file) && file !== 'main.ts')
    .map(file => file.slice(0, -'.ts'.length))
}

await main(process.argv.slice(2))
