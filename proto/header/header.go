// Package header names the NATS headers of kzocds. NATS looks headers up case
// sensitively, so every service uses these constants.
package header

const (
	// MessageID is JetStream's duplicate key: a digest of message type, natural
	// key and content, so that a retried publish is one message.
	MessageID = "Nats-Msg-Id"
	// ContentType is application/x-protobuf for facts, application/json for
	// questions and their answers.
	ContentType = "Content-Type"
	// MessageType is the full protobuf name of the body.
	MessageType = "Kzocds-Message-Type"
	// Key is the true key behind the digest token of the subject (ocid, source
	// id).
	Key = "Kzocds-Key"
	// Batch is the number of the extraction batch, decimal.
	Batch = "Kzocds-Batch"
	// WorkflowID and RunID name the workflow on whose behalf a message was sent.
	WorkflowID = "Kzocds-Workflow-Id"
	RunID      = "Kzocds-Run-Id"
	// Publisher is the service that sent the message.
	Publisher = "Kzocds-Publisher"
	// Deadline is the moment (RFC 3339, nanoseconds) after which nobody waits
	// for the answer of a question.
	Deadline = "Kzocds-Deadline"
	// ErrorKind is set on the answer of a question that failed; the body is then
	// a JSON object {kind, message, field, allowed, remedy}.
	ErrorKind = "Kzocds-Error-Kind"
	// ContentEncoding is zstd on a question or answer that was compressed.
	ContentEncoding = "Content-Encoding"
	// OriginStream, OriginSequence and OriginSubject say on a message of stream
	// QUARANTINE where the message lies that could not be handled, so that it can
	// be read and replayed; Reason says why.
	OriginStream   = "Kzocds-Origin-Stream"
	OriginSequence = "Kzocds-Origin-Sequence"
	OriginSubject  = "Kzocds-Origin-Subject"
	Reason         = "Kzocds-Reason"
)

const (
	Protobuf = "application/x-protobuf"
	JSON     = "application/json"
	Zstd     = "zstd"
)
