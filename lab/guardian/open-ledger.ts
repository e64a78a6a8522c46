import type { Clock } from '../base/clock.ts'
import { inTime } from '../base/deadline.ts'
import { LabError, messageOf } from '../base/errors.ts'
import type { LedgerWriter } from '../ledger/ledger-file.ts'
import { loadUndo } from '../ledger/load-undo.ts'
import { playUndo } from '../ledger/play-undo.ts'
import { labFolderOf } from '../ledger/trusted-run.ts'
import type { Ledger, Undo } from '../model/ledger.ts'

const loadWithinMs = 5_000

/** The lab's own view of its run's ledger. */
export function openLedger(writer: Pick<LedgerWriter, 'file' | 'append'>, clock: Clock): Ledger {
  const labFolder = labFolderOf(writer.file)
  const owed = new Map<string, Undo>()
  const settling = new Map<string, Promise<void>>()
  let count = 0

  async function play(id: string): Promise<void> {
    const undo = owed.get(id)
    if (!undo) return
    await playUndo(undo, labFolder, clock)
    owed.delete(id)
    await writer.append({ kind: 'settled', id })
  }

  return {
    owe: async (label, undo) => {
      const id = `${++count}`
      try {
        await inTime('its module to load', loadWithinMs, loadUndo(undo, labFolder), clock)
      } catch (cause) {
        throw notUndoable(label, cause)
      }
      try {
        await writer.append({ kind: 'owe', id, label, undo: JSON.parse(JSON.stringify(undo)) })
      } catch (cause) {
        throw notWritten(label, writer.file, cause)
      }
      owed.set(id, undo)
      return id
    },
    settle: id => {
      const running = settling.get(id) ?? play(id).finally(() => settling.delete(id))
      settling.set(id, running)
      return running
    },
  }
}

function notUndoable(label: string, cause: unknown): LabError {
  return new LabError({
    code: 'not-undoable',
    expected: `an undo for "${label}" that can be played`,
    found: messageOf(cause),
    why: 'a fault that cannot be undone would outlive the run, so it was not made',
    next: 'export undo(args) from a module of your project (and undoArgs, to have them checked)',
    cause,
  })
}

function notWritten(label: string, file: string, cause: unknown): LabError {
  return new LabError({
    code: 'ledger-not-written',
    expected: `to write down how "${label}" is undone before it is done`,
    found: `${file}: ${messageOf(cause)}`,
    why: 'a fault whose undo is not on disk could outlive the lab, so it was not made',
    next: 'make space on the disk, or move the project to one that can be written to',
    cause,
  })
}
