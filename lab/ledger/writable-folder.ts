import { constants } from 'node:fs'
import { access, mkdir } from 'node:fs/promises'
import { LabError, messageOf } from '../base/errors.ts'

/**
 * Makes the folder, and those above it, unless it is there.
 * @throws {LabError} `not-writable` when it cannot be made, or nothing can be written into it.
 */
export async function writableFolder(folder: string): Promise<string> {
  try {
    await mkdir(folder, { recursive: true })
    await access(folder, constants.W_OK | constants.X_OK)
    return folder
  } catch (cause) {
    throw new LabError(
      {
        code: 'not-writable',
        expected: `to be able to write into ${folder}`,
        found: messageOf(cause),
        why: 'servers, their data, the record of what must be undone, and results are kept there',
        next: `if it was made by another user (by root, say), give it to yourself: sudo chown -R "$(id -u)" ${folder}`,
        cause,
      },
      'unable',
    )
  }
}
