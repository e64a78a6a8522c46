import { readdir } from 'node:fs/promises'

/**
 * The modules of toxics and protocols, found by listing the folders: a new file is a new kind, and no
 * other file changes. Where the proxy is built into one file, the bundler lists them instead.
 */
export async function kinds(): Promise<readonly unknown[]> {
  const found = await Promise.all(['toxics', 'protocols'].map(modulesIn))
  return found.flat()
}

async function modulesIn(folder: string): Promise<readonly unknown[]> {
  const url = new URL(`${folder}/`, import.meta.url)
  const names = await readdir(url).catch(() => [])
  const modules = names.sort().filter(name => /^[a-z0-9_-]+\.[jt]s$/.test(name))
  return Promise.all(modules.map(name => import(new URL(name, url).href)))
}
