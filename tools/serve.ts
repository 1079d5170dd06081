import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { generate } from 'selfsigned';
import { renderUnicodeCompact } from 'uqr';
import { serveFolder } from './static-server';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values } = parseArgs({ options: { lan: { type: 'boolean', default: false }, port: { type: 'string' } } });
const port = readPort(values.port);

if (values.lan) await serveLan();
else {
  const server = await serveFolder({ folder: join(root, 'dist'), host: 'localhost', port: port ?? 8417 });
  console.log(`\n  Innerview  http://localhost:${server.port}/\n\n  For a phone on the same network: npm start -- --lan\n  Stop with Ctrl+C.`);
}

function readPort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value < 65536) return value;
  console.error(`--port ${text}: not a port number.`);
  process.exit(1);
}

/** IPv4 addresses under which other devices can reach this one; usual home and office networks first. */
function lanAddresses(): readonly string[] {
  const all = Object.values(networkInterfaces()).flat();
  const addresses = all.filter((entry) => entry !== undefined && entry.family === 'IPv4' && !entry.internal).map((entry) => entry?.address ?? '');
  const rank = (address: string): number => (address.startsWith('192.168.') ? 0 : address.startsWith('10.') ? 1 : 2);
  return addresses.sort((a, b) => rank(a) - rank(b));
}

async function serveLan(): Promise<void> {
  const addresses = lanAddresses();
  if (addresses.length === 0) console.error('This machine has no address on a local network; only this machine can open the page.');
  const tls = await loadCertificate(addresses);
  const server = await serveFolder({ folder: join(root, 'dist'), host: '0.0.0.0', port: port ?? 8443, tls });
  const urls = (addresses.length === 0 ? ['localhost'] : addresses).map((address) => `https://${address}:${server.port}/`);
  console.log(`\n${renderUnicodeCompact(urls[0] ?? '', { border: 2 })}\n\n  Innerview  ${urls.join('\n             ')}\n`);
  console.log('  A camera needs HTTPS, and this certificate was made on this machine: the phone warns once; choose to go on.\n  Stop with Ctrl+C.');
}

interface Certificate {
  readonly addresses: readonly string[];
  readonly expiresMs: number;
  readonly key: string;
  readonly cert: string;
}

/** The certificate of last time, or a new one when the addresses changed or it is about to expire. */
async function loadCertificate(addresses: readonly string[]): Promise<Certificate> {
  const path = join(root, '.cache/lan-certificate.json');
  if (existsSync(path)) {
    const kept = JSON.parse(readFileSync(path, 'utf8')) as Certificate;
    if (addresses.every((address) => kept.addresses.includes(address)) && kept.expiresMs > Date.now() + 24 * 3600e3) return kept;
  }
  const notBeforeDate = new Date(Date.now() - 24 * 3600e3);
  // Apple's devices refuse certificates that hold for more than 825 days.
  const notAfterDate = new Date(Date.now() + 365 * 24 * 3600e3);
  const made = await generate([{ name: 'commonName', value: 'Innerview on this network' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate,
    notAfterDate,
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }, { type: 7, ip: '127.0.0.1' }, ...addresses.map((ip) => ({ type: 7 as const, ip }))] },
    ],
  });
  const certificate: Certificate = { addresses, expiresMs: notAfterDate.getTime(), key: made.private, cert: made.cert };
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(certificate), { mode: 0o600 });
  return certificate;
}
