import { Option } from 'commander'

export function proxyOption(): Option {
  return new Option('--proxy <which>', 'who injects network faults')
    .choices(['embedded', 'toxiproxy'])
    .default('embedded')
}
