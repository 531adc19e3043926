// npm's oidc-provider as a process: `node peer.mjs REDIRECT_URI…` prints its issuer and serves until its input ends.
// Whoever comes is logged in as the account that POST /control named last; there is no page to click through.
import { createServer } from 'node:http';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import Provider from 'oidc-provider';

const redirects = process.argv.slice(2);
const accounts = new Map();
let current = null;

const key = (kind, options, alg) => ({
  ...generateKeyPairSync(kind, options).privateKey.export({ format: 'jwk' }), alg, use: 'sig', kid: `${alg}-1`,
});

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const client = (client_id, more) => ({
    client_id, redirect_uris: redirects, grant_types: ['authorization_code'], response_types: ['code'], ...more,
  });
  const provider = new Provider(issuer, {
    clients: [
      client('rsa', { client_secret: 'a secret: with / and %', token_endpoint_auth_method: 'client_secret_basic' }),
      client('curve', { token_endpoint_auth_method: 'none', id_token_signed_response_alg: 'ES256' }),
    ],
    jwks: { keys: [key('rsa', { modulusLength: 2048 }, 'RS256'), key('ec', { namedCurve: 'P-256' }, 'ES256')] },
    cookies: { keys: [randomBytes(32).toString('hex')] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'preferred_username'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    async findAccount(_, id) {
      const claims = accounts.get(id);
      return claims && { accountId: id, claims: () => ({ sub: id, ...claims }) };
    },
    async loadExistingGrant({ oidc }) {
      const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
      grant.addOIDCScope('openid email profile');
      await grant.save();
      return grant;
    },
  });
  const callback = provider.callback();
  server.on('request', async (request, response) => {
    if (request.url === '/control') {
      let body = '';
      for await (const chunk of request) body += chunk;
      const { sub, refuse, ...claims } = JSON.parse(body);
      current = { sub, refuse };
      accounts.set(sub, claims);
      response.end();
    } else if (request.url.startsWith('/interaction/')) {
      const result = current.refuse ? { error: current.refuse } : { login: { accountId: current.sub } };
      await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
    } else {
      callback(request, response);
    }
  });
  console.log(issuer);
});
// It dies with the test that started it, however that ends.
process.stdin.on('end', () => process.exit(0)).resume();
