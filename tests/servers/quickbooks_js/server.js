// quickbooks-js (npm) with a list of Work Blocks in a JSON file: as little of our own as makes it a
// sync server. Sessions, order and errors are quickbooks-js' own. Its owner steers it at /blocks.
//
//     QB_USERNAME=u QB_PASSWORD=p QB_SOAP_PORT=8000 BLOCKS=blocks.json node server.js
'use strict'

const fs = require('fs')
const http = require('http')

let state = { next: 1, blocks: [], first: '', last: '9' }
if (fs.existsSync(process.env.BLOCKS)) state = JSON.parse(fs.readFileSync(process.env.BLOCKS, 'utf8'))
const save = () => fs.writeFileSync(process.env.BLOCKS, JSON.stringify(state))
const find = (id) => state.blocks.find((block) => block.id === Number(id))

// quickbooks-js listens on every interface and answers 404 outside /wsdl: both are mended here
const listen = http.Server.prototype.listen
http.Server.prototype.listen = function (port) { return listen.call(this, port, '127.0.0.1') }
const createServer = http.createServer
http.createServer = (otherwise) => createServer((req, res) =>
  req.url.startsWith('/blocks') || req.url === '/period' ? steer(req, res) : otherwise(req, res))
const Server = require('quickbooks-js')

function steer (req, res) {
  let body = ''
  req.on('data', (part) => { body += part })
  req.on('end', () => {
    const given = body ? JSON.parse(body) : {}
    const [, , id] = req.url.split('/')
    let answer = {}
    if (req.url === '/period') {
      state.first = given.first || ''
      state.last = given.last || '9'
    } else if (req.method === 'POST') {
      answer = { id: state.next++, sent: false, ...given }
      state.blocks.push(answer)
    } else if (req.method === 'PATCH') {
      answer = Object.assign(find(id), given)
    } else if (req.method === 'DELETE') {
      state.blocks = id ? state.blocks.filter((block) => block.id !== Number(id)) : []
    } else {
      answer = state.blocks
    }
    save()
    res.setHeader('Content-Type', 'application/json')
    res.end(JSON.stringify(answer))
  })
}

const escape = (text) => String(text).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
const element = (name, text) => text ? `<${name}>${escape(text)}</${name}>` : ''
const named = (name, text) => text ? `<${name}>${element('FullName', text)}</${name}>` : ''

function request (block) {
  const [hours, minutes] = block.hours.split(':').map(Number)
  const billable = { true: 'Billable', false: 'NotBillable' }[block.billable]
  return '<?xml version="1.0" encoding="utf-8"?><?qbxml version="13.0"?><QBXML><QBXMLMsgsRq onError="stopOnError">' +
    `<TimeTrackingAddRq requestID="${block.id}"><TimeTrackingAdd>${element('TxnDate', block.date)}` +
    named('EntityRef', block.employee) + named('CustomerRef', block.customer) +
    named('ItemServiceRef', block.service_item) + `<Duration>PT${hours}H${minutes}M</Duration>` +
    named('ClassRef', block.class) + named('PayrollItemWageRef', block.payroll_item) +
    element('Notes', block.notes) + element('BillableStatus', billable) +
    '</TimeTrackingAdd></TimeTrackingAddRq></QBXMLMsgsRq></QBXML>'
}

const server = new Server()
server.setQBXMLHandler({
  fetchRequests (callback) {
    const wanted = state.blocks.filter((b) => !b.sent && b.date >= state.first && b.date <= state.last)
    wanted.sort((a, b) => a.date.localeCompare(b.date) || a.id - b.id)
    callback(null, wanted.map(request))
  },
  handleResponse (response) {
    const answer = /<TimeTrackingAddRs requestID="(\d+)" statusCode="0"/.exec(response)
    const block = answer && find(answer[1])
    if (!block) return
    block.sent = true
    block.txn_id = (/<TxnID>([^<]*)</.exec(response) || [])[1]
    save()
  },
  didReceiveError () {}
})
server.run()
