// Preloaded before a server that listens on every interface, and on a port of its own choice:
// it listens on 127.0.0.1 and PORT instead.
'use strict'

const http = require('http')
const listen = http.Server.prototype.listen
http.Server.prototype.listen = function () {
  return listen.call(this, Number(process.env.PORT), '127.0.0.1')
}
