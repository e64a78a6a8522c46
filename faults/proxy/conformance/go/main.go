// Command conformance drives a proxy server through every call of Toxiproxy's own Go client and
// prints what it saw, one line each, with ports left out. Usage: conformance API UPSTREAM
package main

import (
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	toxiproxy "github.com/Shopify/toxiproxy/v2/client"
)

func main() {
	if err := run(toxiproxy.NewClient(os.Args[1]), os.Args[2]); err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
}

func run(client *toxiproxy.Client, upstream string) error {
	client.UserAgent = "conformance"
	if version, err := client.Version(); err != nil || !strings.Contains(string(version), "version") {
		return fmt.Errorf("version: %q %w", version, err)
	}
	proxy, err := client.CreateProxy("go", "127.0.0.1:0", upstream)
	if err != nil {
		return err
	}
	fmt.Println("created", proxy.Name, proxy.Enabled, proxy.Upstream == upstream)
	if _, err := client.CreateProxy("go", "127.0.0.1:0", upstream); err != nil {
		fmt.Println("again:", err)
	}
	if err := toxics(client, proxy); err != nil {
		return err
	}
	if err := toggles(client, proxy); err != nil {
		return err
	}
	return lists(client, proxy, upstream)
}

func toxics(client *toxiproxy.Client, proxy *toxiproxy.Proxy) error {
	attributes := toxiproxy.Attributes{"latency": 120, "jitter": 0}
	toxic, err := proxy.AddToxic("", "latency", "", -1, attributes)
	if err != nil {
		return err
	}
	fmt.Println("added", toxic.Name, toxic.Stream, toxic.Toxicity, toxic.Attributes)
	took, err := roundTrip(proxy.Listen)
	fmt.Println("slow", took >= 120*time.Millisecond, err)

	toxic, err = proxy.UpdateToxic("latency_downstream", -1, toxiproxy.Attributes{"latency": 1})
	fmt.Println("updated", toxic.Toxicity, toxic.Attributes, err)
	_, err = client.AddToxic(&toxiproxy.ToxicOptions{
		ProxyName: "go", ToxicName: "cap", ToxicType: "bandwidth", Stream: "upstream",
		Toxicity: 0.5, Attributes: toxiproxy.Attributes{"rate": 1000},
	})
	fmt.Println("added by options", err)
	_, err = client.UpdateToxic(&toxiproxy.ToxicOptions{
		ProxyName: "go", ToxicName: "cap", Toxicity: 1, Attributes: toxiproxy.Attributes{"rate": 2000},
	})
	fmt.Println("updated by options", err)
	all, err := proxy.Toxics()
	fmt.Println("toxics", len(all), err)
	fmt.Println("removed", client.RemoveToxic(&toxiproxy.ToxicOptions{ProxyName: "go", ToxicName: "cap"}))
	fmt.Println("removed", proxy.RemoveToxic("latency_downstream"))
	fmt.Println("removed again:", proxy.RemoveToxic("latency_downstream"))
	_, err = proxy.AddToxic("", "nonsense", "", 1, nil)
	fmt.Println("nonsense:", err)
	_, err = proxy.AddToxic("", "latency", "sideways", 1, nil)
	fmt.Println("sideways:", err)
	return nil
}

func toggles(client *toxiproxy.Client, proxy *toxiproxy.Proxy) error {
	if err := proxy.Disable(); err != nil {
		return err
	}
	_, err := roundTrip(proxy.Listen)
	fmt.Println("disabled", proxy.Enabled, err != nil)
	if err := proxy.Enable(); err != nil {
		return err
	}
	_, err = roundTrip(proxy.Listen)
	fmt.Println("enabled", proxy.Enabled, err)

	// Saving what was read sends all of it back, toxics included.
	if _, err := proxy.AddToxic("n", "noop", "upstream", 1, nil); err != nil {
		return err
	}
	read, err := client.Proxy("go")
	if err != nil {
		return err
	}
	fmt.Println("read", read.Name, len(read.ActiveToxics))
	read.Upstream = "127.0.0.1:1"
	fmt.Println("saved", read.Save(), read.Upstream, len(read.ActiveToxics))
	return nil
}

func lists(client *toxiproxy.Client, proxy *toxiproxy.Proxy, upstream string) error {
	populated, err := client.Populate([]toxiproxy.Proxy{
		{Name: "one", Listen: "127.0.0.1:0", Upstream: upstream, Enabled: true},
		{Name: "two words", Listen: "127.0.0.1:0", Upstream: upstream, Enabled: true},
	})
	fmt.Println("populated", len(populated), err)
	_, err = client.Populate([]toxiproxy.Proxy{{Name: "three"}})
	fmt.Println("populate without upstream:", err)
	words, err := client.Proxy("two words")
	if err != nil {
		return err
	}
	fmt.Println("deleted", words.Delete())
	fmt.Println("reset", client.ResetState())
	all, err := client.Proxies()
	fmt.Println("proxies", len(all), len(all["go"].ActiveToxics), err)
	fmt.Println("deleted", proxy.Delete())
	fmt.Println("deleted again:", proxy.Delete())
	_, err = client.Proxy("go")
	fmt.Println("gone:", err)
	return nil
}

func roundTrip(address string) (time.Duration, error) {
	connection, err := net.DialTimeout("tcp", address, 2*time.Second)
	if err != nil {
		return 0, err
	}
	defer connection.Close()
	start := time.Now()
	if err := connection.SetDeadline(start.Add(2 * time.Second)); err != nil {
		return 0, err
	}
	if _, err := connection.Write([]byte("hello")); err != nil {
		return 0, err
	}
	answer := make([]byte, 5)
	_, err = connection.Read(answer)
	return time.Since(start), err
}
