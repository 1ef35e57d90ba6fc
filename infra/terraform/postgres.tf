# The job store: reachable from the network only, with a standby in another zone.

resource "azurerm_private_dns_zone" "postgres" {
  name                = "${var.name}.private.postgres.database.azure.com"
  resource_group_name = azurerm_resource_group.fleet.name
  tags                = local.tags
}

resource "azurerm_private_dns_zone_virtual_network_link" "postgres" {
  name                  = "postgres"
  private_dns_zone_name = azurerm_private_dns_zone.postgres.name
  resource_group_name   = azurerm_resource_group.fleet.name
  virtual_network_id    = azurerm_virtual_network.fleet.id
}

# Letters and digits only: it becomes part of a connection string.
resource "random_password" "postgres" {
  length  = 40
  special = false
}

resource "azurerm_postgresql_flexible_server" "fleet" {
  name                          = "${var.name}-${random_string.suffix.result}"
  location                      = azurerm_resource_group.fleet.location
  resource_group_name           = azurerm_resource_group.fleet.name
  version                       = "17"
  sku_name                      = var.postgres_sku
  storage_mb                    = 131072
  auto_grow_enabled             = true
  administrator_login           = "sdfleet"
  administrator_password        = random_password.postgres.result
  delegated_subnet_id           = azurerm_subnet.postgres.id
  private_dns_zone_id           = azurerm_private_dns_zone.postgres.id
  public_network_access_enabled = false
  backup_retention_days         = 14
  zone                          = "1"
  tags                          = local.tags

  high_availability {
    mode                      = "ZoneRedundant"
    standby_availability_zone = "2"
  }

  # A failover swaps them.
  lifecycle {
    ignore_changes = [zone, high_availability[0].standby_availability_zone]
  }

  depends_on = [azurerm_private_dns_zone_virtual_network_link.postgres]
}

resource "azurerm_postgresql_flexible_server_database" "fleet" {
  name      = "sdfleet"
  server_id = azurerm_postgresql_flexible_server.fleet.id
  charset   = "UTF8"
  collation = "en_US.utf8"

  lifecycle {
    prevent_destroy = true
  }
}
