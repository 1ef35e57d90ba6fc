# The broker: RabbitMQ 4 on Azure, run by CloudAMQP, as Azure offers none. The address has the password.

resource "cloudamqp_instance" "fleet" {
  name        = var.name
  plan        = var.rabbitmq_plan
  region      = "azure-arm::${var.location}"
  rmq_version = "4.1.4"
  tags        = ["sdfleet"]
}

locals {
  # amqps://user:password@host/vhost
  rabbitmq = regex("^amqps?://(?P<user>[^:]+):(?P<password>[^@]+)@(?P<host>[^/:]+)(?::[0-9]+)?/(?P<vhost>.*)$", cloudamqp_instance.fleet.url)
}
