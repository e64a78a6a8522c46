import type { Asked, Effect, Model } from '../model.ts'

/**
 * A lock per key: `acquire`, whose ok value is `false` where somebody had it, and `release`, whose
 * ok value is `false` where nobody had it. Who holds it is not asked, only that nobody acquires it
 * twice without a release.
 */
export function mutex(): Model {
  return { name: 'mutex', initial: free, perKey: true, effectOf }
}

const [free, held] = ['free', 'held']

function effectOf({ f, answer }: Asked): Effect | undefined {
  if (f !== 'acquire' && f !== 'release') return undefined
  const [needs, makes] = f === 'acquire' ? [free, held] : [held, free]
  if (answer?.value === false) {
    const step = (state: string) => (state === makes ? state : undefined)
    return { name: `no ${f}`, step, tells: true, changes: false, needs: makes }
  }
  const step = (state: string) => (state === needs ? makes : undefined)
  return { name: f, step, tells: true, changes: true, needs, makes }
}
