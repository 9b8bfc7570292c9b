package store

import (
	"crypto/tls"
	"net"
	"net/url"
	"time"
)

const diagnosisTimeout = 2 * time.Second

// reasonOf connects once by hand, for etcd's client only says that its time is over. It returns the client's own error
// when the connection can be made.
func reasonOf(endpoint string, config *tls.Config, clientError error) error {
	address, err := url.Parse(endpoint)
	if err != nil {
		return clientError
	}
	connection, err := net.DialTimeout("tcp", address.Host, diagnosisTimeout)
	if err != nil {
		return err
	}
	defer connection.Close()
	if address.Scheme != "https" {
		return clientError
	}
	if err := shakeHands(connection, address.Hostname(), config); err != nil {
		return err
	}
	return clientError
}

func shakeHands(connection net.Conn, serverName string, config *tls.Config) error {
	if config == nil {
		config = &tls.Config{}
	}
	config = config.Clone()
	config.ServerName, config.NextProtos = serverName, []string{"h2"}
	client := tls.Client(connection, config)
	_ = client.SetDeadline(time.Now().Add(diagnosisTimeout))
	if err := client.Handshake(); err != nil {
		return err
	}
	// With TLS 1.3 the server's verdict on the client's certificate comes after the handshake.
	_, err := client.Read(make([]byte, 1))
	return err
}
