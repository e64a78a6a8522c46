import { buffer } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { SMTPServer, type SMTPServerSession } from 'smtp-server'
import type { FaultBoard } from '../peers/fault-board.ts'
import { Port } from '../peers/port.ts'
import type { MailFault } from './fault.ts'
import type { Mailbox } from './mailbox.ts'

type Done = (error?: Error | null) => void

/** Real SMTP. What it answers with 250 after DATA is in the mailbox. */
export class MailServer {
  readonly port: Port
  readonly #board: FaultBoard<MailFault>
  readonly #mailbox: Mailbox

  constructor(
    address: { host: string; port: number },
    mailbox: Mailbox,
    board: FaultBoard<MailFault>,
  ) {
    this.#mailbox = mailbox
    this.#board = board
    const smtp = new SMTPServer({
      authOptional: true,
      disabledCommands: ['AUTH', 'STARTTLS'],
      disableReverseLookup: true,
      logger: false,
      size: 10 * 1024 * 1024,
      onConnect: (session, done) => void this.#connect(session, done),
      onRcptTo: (_address, _session, done) => void this.#recipient(done),
      onData: (stream, session, done) => void this.#data(buffer(stream), session, done),
    })
    // A client that goes away in mid-session is weather, not an error of this server.
    smtp.on('error', () => {})
    this.port = new Port(address, socket => smtp.connect(socket))
  }

  async #connect(session: SMTPServerSession, done: Done): Promise<void> {
    await this.#wait('CONNECT')
    const busy = this.#board.take('CONNECT', fault => fault.kind === 'busy')
    if (!busy) return done()
    done(refusal(421, 'Too busy, come back later'))
    this.port.socketFrom(session.remotePort)?.end()
  }

  async #recipient(done: Done): Promise<void> {
    await this.#wait('RCPT')
    const later = this.#board.take('RCPT', fault => fault.kind === 'greylist')
    done(later && refusal(451, 'Greylisted, come back later'))
  }

  async #data(received: Promise<Buffer>, session: SMTPServerSession, done: Done): Promise<void> {
    const message = await received.catch(() => undefined)
    if (!message) return
    await this.#wait('DATA')
    if (this.#board.take('DATA', fault => fault.kind === 'refuse')) {
      return done(refusal(554, 'Refused'))
    }
    const { mailFrom, rcptTo } = session.envelope
    const recipients = rcptTo.map(({ address }) => address)
    this.#mailbox.keep(mailFrom ? mailFrom.address : '', recipients, message)
    if (!this.#board.take('DATA', fault => fault.kind === 'lost-answer')) return done()
    this.port.socketFrom(session.remotePort)?.resetAndDestroy()
  }

  async #wait(stage: string): Promise<void> {
    const slow = this.#board.take(stage, fault => fault.kind === 'slow')
    if (slow?.kind === 'slow') await setTimeout(slow.delayMs)
  }
}

function refusal(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode })
}
