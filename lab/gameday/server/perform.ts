import type { Action } from '../conduct/action.ts'
import type { Person } from '../conduct/person.ts'
import type { Session } from '../conduct/session.ts'
import type { Access } from './access.ts'

/** Carries out one action, and resolves to what the page is answered. @throws {Refusal} */
export async function perform(
  session: Session,
  access: Access,
  by: Person,
  action: Action,
): Promise<object> {
  switch (action.do) {
    case 'stop':
      return await session.stop(by, 'page', action.reason)
    case 'release':
      session.release(by, action.reason)
      return {}
    case 'preview':
      return await session.preview(action)
    case 'inject':
      return { strike: await session.inject(by, action) }
    case 'heal':
      await session.heal(by, action.strike)
      return {}
    case 'extend':
      session.extend(by, action.strike, 1_000 * action.leaseSeconds)
      return {}
    case 'expect':
      return { card: session.expect(by, action) }
    case 'note':
      session.note(by, action)
      return {}
    case 'notice':
      session.notice(by, action.believes)
      return {}
    case 'plan':
      session.plan(by, action)
      return {}
    case 'move':
      session.move(by, action)
      return {}
    case 'pace':
      session.pace(by, action)
      return {}
    case 'run':
      await session.run(by, action.experiment)
      return {}
    case 'save':
      return { file: await session.save(by, action.strike) }
    case 'look':
      return { normal: await session.look(by) }
    case 'close':
      await session.close(by)
      return {}
    case 'rotate': {
      const secret = await access.rotate(action.role)
      session.rotated(by, action.role)
      return { secret }
    }
  }
}
