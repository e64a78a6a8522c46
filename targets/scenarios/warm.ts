import { test as base } from 'vitest'
import { ownPlaceOn, placeOn, startServers } from './servers.ts'

let count = 0
const nextName = () => `application_${++count}`

/**
 * Vitest's `test`, whose hooks may have a place on servers that run as long as the worker does,
 * because starting them takes longer than most scenarios do. Another place at each call.
 * - `warm`: a database of its own.
 * - `ownPostgres`: a Postgres of its own, which may be killed.
 */
export const test = base
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads from it what a fixture asks for.
  .extend('servers', { scope: 'worker' }, async ({}, { onCleanup }) => {
    const servers = await startServers()
    onCleanup(() => servers[Symbol.asyncDispose]())
    return servers
  })
  .extend(
    'warm',
    { scope: 'worker' },
    ({ servers }) =>
      () =>
        placeOn(servers, nextName()),
  )
  .extend(
    'ownPostgres',
    { scope: 'worker' },
    ({ servers }) =>
      () =>
        ownPlaceOn(servers, nextName()),
  )
