import type { Json } from '../base/json.ts'

/**
 * Undo as data, so that any process can play it: `module` is the file URL of a module that exports
 * `undo(args: Json): Promise<void>`, and, to have the arguments checked, `undoArgs`, whose
 * `parse(args)` throws on what `undo` would not understand (a Zod schema, as a rule), and `undoWithinMs`
 * where it needs longer than others, at most 20 s. The module is a
 * file of the lab's package or of the project that `.lab` lies in, outside of `.lab` and `runs`.
 * `args` are concrete identities (a pid with its start time, a port), never a selector. Playing it
 * twice, or when there is nothing left to undo, must be harmless.
 */
export interface Undo {
  readonly module: string
  readonly args: Json
}

/** The write-ahead record of what must be undone. */
export interface Ledger {
  /**
   * On disk (fsync) when this resolves; only then may the fault be made. Resolves to the entry's id.
   * @throws {LabError} `not-undoable` when the module cannot be loaded, or does not take the arguments;
   * `ledger-not-written` when the disk does not take the entry. Then the fault must not be made.
   */
  owe(label: string, undo: Undo): Promise<string>
  /** Plays the undo of this entry and strikes it out. Idempotent. */
  settle(id: string): Promise<void>
}
