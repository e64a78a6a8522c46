/** An undo that fails, to see what the lab says then. */
export async function undo(): Promise<void> {
  throw new Error('this undo always fails')
}
