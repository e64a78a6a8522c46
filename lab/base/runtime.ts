/** Where a target's servers run: as processes of this machine, in containers, or where they already are. */
export const runtimes = ['embedded', 'docker', 'external'] as const
export type Runtime = (typeof runtimes)[number]
