/** `*` stands for any characters, `?` for one; all else for itself. */
export function glob(pattern: string, flags = ''): RegExp {
  const source = pattern
    .replace(/\*+/g, '*')
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '[^]*')
    .replaceAll('?', '[^]')
  return new RegExp(`^${source}$`, flags)
}
