# One resource group and one network for the fleet.

locals {
  tags = merge({ application = "sdfleet" }, var.tags)
}

resource "azurerm_resource_group" "fleet" {
  name     = "${var.name}-rg"
  location = var.location
  tags     = local.tags
}

resource "azurerm_virtual_network" "fleet" {
  name                = "${var.name}-vnet"
  location            = azurerm_resource_group.fleet.location
  resource_group_name = azurerm_resource_group.fleet.name
  address_space       = ["10.20.0.0/16"]
  tags                = local.tags
}

# Nodes only: pods have addresses of their own (overlay), so this is room for a thousand nodes.
resource "azurerm_subnet" "nodes" {
  name                 = "nodes"
  resource_group_name  = azurerm_resource_group.fleet.name
  virtual_network_name = azurerm_virtual_network.fleet.name
  address_prefixes     = ["10.20.0.0/22"]
  # Pictures go to the storage account without leaving Azure's network.
  service_endpoints = ["Microsoft.Storage"]
}

resource "azurerm_subnet" "postgres" {
  name                 = "postgres"
  resource_group_name  = azurerm_resource_group.fleet.name
  virtual_network_name = azurerm_virtual_network.fleet.name
  address_prefixes     = ["10.20.8.0/28"]

  delegation {
    name = "postgres"

    service_delegation {
      name    = "Microsoft.DBforPostgreSQL/flexibleServers"
      actions = ["Microsoft.Network/virtualNetworks/subnets/join/action"]
    }
  }
}
