import { homedir } from 'node:os'
import { join } from 'node:path'

/** Names another folder for it. */
export const cacheVariable = 'RESILIENCE_LAB_CACHE'

/**
 * The folder of this user in which the lab keeps what all projects share and what can be fetched
 * again: servers, compiled code. It need not exist. As the variable says, else as the platform
 * has it: `$XDG_CACHE_HOME` or `~/.cache`, on macOS `~/Library/Caches`.
 */
export function userCache(
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: string = process.platform,
  home: string = homedir(),
): string {
  const named = env[cacheVariable]
  if (named) return named
  const usual = platform === 'darwin' ? join(home, 'Library/Caches') : join(home, '.cache')
  return join(env.XDG_CACHE_HOME || usual, 'resilience-lab')
}
