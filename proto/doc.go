// Package proto is the contract between the services of kzocds and nothing
// else: protobuf messages (kzocds/*/v1), the names that more than one service
// must spell alike (subject, header, workflow, source, process) and the
// columnar tables that the publisher writes and the analytics service reads
// (tables). A service never imports another service; it imports this module.
//
// To change a message: edit the .proto file and run `make proto`. Additions
// only within v1; removed fields become reserved.
package proto
