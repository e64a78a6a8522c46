import type { Explanation } from '../base/errors.ts'

const causes: readonly (readonly [RegExp, string, string, string])[] = [
  [
    /no space left on device|not enough (disk )?space/i,
    'no-space',
    'the disk of the engine is full',
    'docker system df shows what is on it; docker system prune removes what nobody uses',
  ],
  [
    /no matching manifest|does not match the (specified|detected host) platform|exec format error/i,
    'platform-mismatch',
    'an image that is not made for this processor',
    'choose another by its LAB_IMAGE_… variable, or build it here',
  ],
  [
    /no such host|i\/o timeout|TLS handshake|network is unreachable|connection refused.*\/v2|proxyconnect/i,
    'no-registry',
    'an image that is not here, and no registry that answers',
    'docker pull it where there is a network; or build stand-ins: .ci/docker/stand-ins FOLDER',
  ],
  [
    /no such image|pull access denied|manifest unknown|repository does not exist|not found: manifest/i,
    'no-image',
    'an image that neither this machine nor its registry has',
    'check its name (LAB_IMAGE_… variables); our own are built by: docker compose -f docker-compose.chaos.yml build',
  ],
  [
    /port is already allocated|address already in use|Bind for .* failed/i,
    'port-taken',
    'a port that somebody else listens on',
    'end that, or choose another by its LAB_…_PORT variable',
  ],
]

/** What an engine or compose meant by its words, and what to do; undefined for words that are not known. */
export function explainFailure(
  words: string,
): Pick<Explanation, 'code' | 'found' | 'next'> | undefined {
  for (const [pattern, code, found, next] of causes) {
    const line = words.split('\n').find(each => pattern.test(each))
    if (line !== undefined) return { code, found: `${found} (${line.trim()})`, next }
  }
  return undefined
}
