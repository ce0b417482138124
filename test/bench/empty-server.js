// A node:http server that does nothing: the yardstick for memory.
import { createServer } from 'node:http';

const server = createServer((_request, response) => response.end('ok'));
server.listen(0, '127.0.0.1', () => {
  console.error(JSON.stringify({ msg: 'ready', url: `http://127.0.0.1:${server.address().port}` }));
});
