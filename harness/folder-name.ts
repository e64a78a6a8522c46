/** A test's title as the name of a folder, and of links: short, and only letters and digits. */
export function folderNameOf(title: string): string {
  const words = title.toLowerCase().match(/[a-z0-9]+/g) ?? []
  return words.join('-').slice(0, 48) || 'test'
}
