import type { Killable, Link, Linked, Pausable } from '../lab/model/capability.ts'

/** A part that can be killed, paused, and hurt on the links by which others reach it. */
export type LinkedPart = Killable & Pausable & Linked

/** The same part, with the links by which it is reached. */
export function withLinks(part: Killable & Pausable, links: readonly Link[]): LinkedPart {
  return {
    name: part.name,
    links,
    get processId() {
      return part.processId
    },
    get undoKill() {
      return part.undoKill
    },
    get undoPause() {
      return part.undoPause
    },
    kill: () => part.kill(),
    restart: () => part.restart(),
    pause: () => part.pause(),
    resume: () => part.resume(),
  }
}
