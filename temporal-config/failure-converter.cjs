// Messages and stack traces of failures become payloads, so that the codec encrypts them too. The SDK loads this file by its
// path with require(), and the bundler puts it into the workflow sandbox: hence plain JavaScript.
const { DefaultFailureConverter } = require('@temporalio/common');

exports.failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
