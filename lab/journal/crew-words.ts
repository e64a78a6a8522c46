/** What people of a game day may be; their link says which. */
export const roles = ['owner', 'agent', 'responder', 'reporter', 'observer'] as const
export type Role = (typeof roles)[number]

export const noteTypes = ['fact', 'decision', 'question', 'follow-up'] as const
export type NoteType = (typeof noteTypes)[number]
