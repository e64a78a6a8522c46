import { randomUUID } from 'node:crypto'
import { constants, type Stats } from 'node:fs'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { LabError } from './errors.ts'

const mebibyte = 2 ** 20
/** Texts of this length are gone with the next small collection; longer ones wait for a large one. */
const chunkBytes = 2 ** 16
/** A link is not followed, and a named pipe without a writer does not hold us up. */
const careful = constants.O_NOFOLLOW | constants.O_NONBLOCK

/**
 * The text of a file that the lab itself wrote. Whatever else stands in its place is refused.
 * @throws {LabError} `not-own-file` when it is no regular file, or larger than `maxBytes`.
 * @throws {Error} with the code of the system (`ENOENT`) when it cannot be opened.
 */
export async function readOwnFile(file: string, maxBytes = 64 * mebibyte): Promise<string> {
  await using handle = await openOwnFile(file, constants.O_RDONLY)
  const { size } = await handle.stat()
  if (size > maxBytes) throw notOwn(file, `${size} bytes`, `at most ${maxBytes} bytes`)
  return handle.readFile('utf8')
}

/**
 * Its lines, some at a time, without holding its text; a last line may end without a break.
 * @throws {LabError} `not-own-file` as `readOwnFile`.
 */
export async function* readOwnLines(
  file: string,
  maxBytes = 64 * mebibyte,
): AsyncGenerator<readonly string[]> {
  await using handle = await openOwnFile(file, constants.O_RDONLY)
  const { size } = await handle.stat()
  if (size > maxBytes) throw notOwn(file, `${size} bytes`, `at most ${maxBytes} bytes`)
  const chunks: AsyncIterable<Buffer> = handle.createReadStream({
    highWaterMark: chunkBytes,
    autoClose: false,
  })
  let begun: Buffer[] = []
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf('\n')
    if (end < 0) begun.push(chunk)
    else {
      const whole = Buffer.concat([...begun, chunk.subarray(0, end)])
      yield whole.toString().split('\n')
      begun = [chunk.subarray(end + 1)]
    }
  }
  const rest = Buffer.concat(begun).toString()
  if (rest !== '') yield [rest]
}

/** The same; undefined when there is no such file. */
export async function readOwnFileIfThere(file: string): Promise<string | undefined> {
  return readOwnFile(file).catch((error: unknown) => {
    if (isMissing(error)) return undefined
    throw error
  })
}

/** Whether reading or opening a file failed because it is not there. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

/**
 * Opens a file of the lab's own. `flags` as of `open(2)`.
 * @throws {LabError} `not-own-file` when it is a link, a folder, a pipe, a socket or a device.
 */
export async function openOwnFile(file: string, flags: number, mode = 0o644): Promise<FileHandle> {
  const handle = await open(file, flags | careful, mode).catch((error: NodeJS.ErrnoException) => {
    const kind = kindByCode[error.code ?? '']
    throw kind === undefined ? error : notOwn(file, kind)
  })
  const found = await handle.stat()
  if (found.isFile()) return handle
  await handle.close()
  throw notOwn(file, kindOf(found))
}

/** Appends to a file of the lab's own, or begins it. */
export async function appendOwnFile(file: string, text: string): Promise<void> {
  await using handle = await openOwnFile(file, appending)
  await handle.writeFile(text)
}

export const appending = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT

/**
 * Writes the whole file or nothing: readers see the old text or the new one, and a link in its place
 * is replaced, not written through.
 */
export async function writeOwnFile(file: string, text: string, mode = 0o644): Promise<void> {
  const draft = join(dirname(file), `.${randomUUID()}.tmp`)
  try {
    await using handle = await open(draft, 'wx', mode)
    await handle.writeFile(text)
    await handle.sync()
    await rename(draft, file)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}

const kindByCode: Readonly<Record<string, string>> = {
  ELOOP: 'a symbolic link',
  EISDIR: 'a folder',
  ENXIO: 'a socket, or a named pipe that nobody reads',
}

function kindOf(found: Stats): string {
  if (found.isDirectory()) return 'a folder'
  if (found.isFIFO()) return 'a named pipe'
  return 'a device or socket'
}

function notOwn(file: string, found: string, bound = 'no link, folder, pipe or device'): LabError {
  return new LabError({
    code: 'not-own-file',
    expected: `${file} to be a regular file: ${bound}`,
    found,
    why: 'the lab reads and writes there only what it wrote itself',
    next: 'see who put it there, and remove it',
  })
}
