import { expect, test } from 'vitest'
import { userCache } from './user-cache.ts'

test.each([
  ['the variable says it', { RESILIENCE_LAB_CACHE: '/x', XDG_CACHE_HOME: '/y' }, 'linux', '/x'],
  ['XDG says it', { XDG_CACHE_HOME: '/y' }, 'linux', '/y/resilience-lab'],
  ['nothing says it', {}, 'linux', '/home/me/.cache/resilience-lab'],
  [
    'an empty variable says nothing',
    { XDG_CACHE_HOME: '' },
    'linux',
    '/home/me/.cache/resilience-lab',
  ],
  ['of macOS', {}, 'darwin', '/home/me/Library/Caches/resilience-lab'],
])('the cache of a user, where %s', (_, env, platform, folder) => {
  expect(userCache(env, platform, '/home/me')).toBe(folder)
})
