import { LabError } from '../../lab/base/errors.ts'

/** What tests need, or why they cannot run here, for `test.skipIf`. */
export type Sought<Found> =
  | { readonly found: Found; readonly missing: undefined }
  | { readonly found: undefined; readonly missing: string }

/**
 * Finds what tests need. Where it cannot be had that is told loudly, with the way to install it.
 * @param find Throws a LabError that names that way.
 * @throws {LabError} when it cannot be had and `LAB_REQUIRE` (a list, by comma) contains its name, as
 * in CI. What `find` throws otherwise is no absence, and thrown too.
 */
export async function seek<Found>(
  name: string,
  find: () => Promise<Found>,
): Promise<Sought<Found>> {
  try {
    return { found: await find(), missing: undefined }
  } catch (error) {
    if (!(error instanceof LabError) || isRequired(name)) throw error
    console.warn(`Skipped: the tests that need ${name}.\n${error.message}`)
    return { found: undefined, missing: error.message }
  }
}

function isRequired(name: string): boolean {
  const required = (process.env.LAB_REQUIRE ?? '').toLowerCase().split(/[\s,]+/)
  return required.includes(name.toLowerCase())
}
